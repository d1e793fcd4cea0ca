interface ImportMeta {
  readonly env: {
    /** A deployment other than mainnet, as JSON: `{ "chainId": 16602, "ledger": "0x…", "inference": "0x…", "rpcUrl": "https://…" }`. */
    readonly VITE_NETWORK?: string
    /** The provider that the page funds. */
    readonly VITE_PROVIDER?: string
  }
}
