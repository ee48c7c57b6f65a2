/** Preloaded with `--import`: makes the clock of a process off by CLOCK_OFF_BY milliseconds, as on a host whose clock is wrong. */
const offBy = Number(process.env.CLOCK_OFF_BY)
const now = () => RealDate.now() + offBy
const RealDate = Date

globalThis.Date = new Proxy(RealDate, {
  apply: () => new RealDate(now()).toString(),
  construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
})
