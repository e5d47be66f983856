/** ISO 639-1 and 639-2/T of the languages that films have most. */
const CODES =
  'ar:ara bg:bul bn:ben bs:bos ca:cat cs:ces cy:cym da:dan de:deu el:ell en:eng es:spa et:est eu:eus fa:fas fi:fin fr:fra ' +
  'ga:gle gl:glg gu:guj he:heb hi:hin hr:hrv hu:hun hy:hye id:ind is:isl it:ita ja:jpn ka:kat kk:kaz kn:kan ko:kor lt:lit ' +
  'lv:lav mk:mkd ml:mal mr:mar ms:msa nb:nob ne:nep nl:nld nn:nno no:nor pa:pan pl:pol pt:por ro:ron ru:rus sk:slk sl:slv ' +
  'sq:sqi sr:srp sv:swe sw:swa ta:tam te:tel th:tha tl:tgl tr:tur uk:ukr ur:urd uz:uzb vi:vie zh:zho'

const BY_TAG = new Map(CODES.split(' ').map((pair) => pair.split(':') as [string, string]))

/** The three letters of a language (ISO 639-2/T), which is all that MP4 and old players take; `und` when we know none. */
export function threeLetters(tag: string): string {
  const [language = ''] = tag.toLowerCase().split('-')
  return BY_TAG.get(language) ?? (/^[a-z]{3}$/.test(language) ? language : 'und')
}
