/** Each language of ISO 639-1 with its ISO 639-2/T code: de and deu. */
const PAIRS = [
  'aaaar ababk aeave afafr akaka amamh anarg arara asasm avava ayaym azaze babak bebel bgbul bibis bmbam bnben',
  'bobod brbre bsbos cacat ceche chcha cocos crcre csces cuchu cvchv cycym dadan dedeu dvdiv dzdzo eeewe elell',
  'eneng eoepo esspa etest eueus fafas ffful fifin fjfij fofao frfra fyfry gagle gdgla glglg gngrn guguj gvglv',
  'hahau heheb hihin hohmo hrhrv hthat huhun hyhye hzher iaina idind ieile igibo iiiii ikipk ioido isisl itita',
  'iuiku jajpn jvjav kakat kgkon kikik kjkua kkkaz klkal kmkhm knkan kokor krkau kskas kukur kvkom kwcor kykir',
  'lalat lbltz lglug lilim lnlin lolao ltlit lulub lvlav mgmlg mhmah mimri mkmkd mlmal mnmon mrmar msmsa mtmlt',
  'mymya nanau nbnob ndnde nenep ngndo nlnld nnnno nonor nrnbl nvnav nynya ococi ojoji omorm orori ososs papan',
  'pipli plpol pspus ptpor quque rmroh rnrun roron rurus rwkin sasan scsrd sdsnd sesme sgsag sisin skslk slslv',
  'smsmo snsna sosom sqsqi srsrp ssssw stsot susun svswe swswa tatam tetel tgtgk ththa titir tktuk tntsn toton',
  'trtur tstso tttat tytah uguig ukukr ururd uzuzb veven vivie vovol wawln wowol xhxho yiyid yoyor zazha zhzho',
  'zuzul',
]

let codes: Map<string, string> | undefined

/** The ISO 639-2/T code (three letters) of a BCP 47 tag, as MP4 writes it; `und` for languages that have none. */
export function threeLetterCode(tag: string): string {
  const [language = ''] = tag.toLowerCase().split('-')
  if (/^[a-z]{3}$/.test(language)) return language
  codes ??= new Map(
    PAIRS.join(' ')
      .split(' ')
      .map((pair) => [pair.slice(0, 2), pair.slice(2)]),
  )
  return codes.get(language) ?? 'und'
}
