/** A reporter for knip that says how many files it looked at, so that looking at none does not pass for finding nothing. */
// biome-ignore lint/style/noDefaultExport: knip wants one.
export default ({ counters }) => console.log(`knip processed ${counters.processed} files`)
