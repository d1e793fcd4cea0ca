/** The anchor that GitHub gives a heading: lower case, hyphens for blanks, nothing for other signs. */
export const slugOf = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-')
