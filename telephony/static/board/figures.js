/* What the board's figures are, from a snapshot: sums over queues and tenants. Pure: no page, no clock of its own. */

const TILES = ["service", "abandoned", "answer"];

/* Numerator and denominator of each figure over all rows of the snapshot, and who waits longest. */
export function totals(sections) {
  const sums = { service: [0, 0], abandoned: [0, 0], answer: [0, 0], handling: [0, 0], occupancy: [0, 0] };
  for (const day of Object.values(sections.day ?? {})) for (const name of TILES) add(sums[name], day[name]);
  for (const work of Object.values(sections.work ?? {})) {
    add(sums.handling, work.handling);
    add(sums.occupancy, work.occupancy);
  }
  let waiting = 0, oldest = null;
  for (const queue of Object.values(sections.queues ?? {})) {
    waiting += queue.waiting;
    if (queue.oldest && (!oldest || Date.parse(queue.oldest) < Date.parse(oldest))) oldest = queue.oldest;
  }
  return { ...sums, waiting, oldest };
}

function add(sum, pair) {
  sum[0] += pair[0];
  sum[1] += pair[1];
}

/* The worst level of each figure, and how many alarms there are. */
export function worst(sections) {
  const levels = {};
  let count = 0, level = 0;
  for (const alarms of Object.values(sections.alarms ?? {})) {
    for (const [figure, one] of Object.entries(alarms)) {
      levels[figure] = Math.max(levels[figure] ?? 0, one);
      level = Math.max(level, one);
      count += 1;
    }
  }
  return { levels, count, level };
}

export const percent = ([a, b]) => (b ? `${((100 * a) / b).toFixed(a * 100 === b * 100 || a === 0 ? 0 : 1)} %` : "–");

export const seconds = ([a, b]) => (b ? mmss(a / b) : "–");

/* A length as 03:07, or 1:02:03 from an hour on. */
export function mmss(length) {
  const whole = Math.max(0, Math.floor(length));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${two(minutes)}:${two(whole % 60)}`;
}

/* Puts values where a sentence has %(name)s. */
export const fill = (sentence, values) => sentence.replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? "");
