/** Wei as OG in a number. A scraper reads doubles: of an amount they keep 15 to 17 digits. */
export const weiNumber = (wei: bigint | string): number => Number(wei) / 1e18
