/** Where the server answers: beside this script, for the page's own address may lack the slash at its end. */
export const addressOf = (path: string): URL => new URL(path, import.meta.url)
