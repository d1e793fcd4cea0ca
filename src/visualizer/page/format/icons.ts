export type IconName = 'funded' | 'low' | 'created' | 'none' | 'refunding' | 'closed' | 'moving' | 'bad' | 'asking'
