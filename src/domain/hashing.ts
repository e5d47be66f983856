/** Hex SHA-256 of what is given. */
export type Sha256 = (bytes: Uint8Array) => Promise<string>
