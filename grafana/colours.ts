/**
 * The wall's colours, after Okabe and Ito, so that those who mix up red and green tell them apart. Deep enough for
 * white text (contrast 4.5 and more), except amber, which takes black: Grafana chooses black or white by brightness.
 */
export const colours = {
  clear: '#0072b2',
  remaining: '#e69f00',
  unknown: '#c24a00',
  blind: '#7b3f98',
  /** Of figures that are neither good nor bad. */
  neutral: '#2b3038',
} as const;
