/** The ways in which devices behave; what each does stands in `profiles.ts`. */
export type ProfileName =
  | 'poll'
  | 'idle'
  | 'busy'
  | 'fail'
  | 'mistype'
  | 'plainText'
  | 'listing'
  | 'openOnly'
  | 'knock'
  | 'probe';
