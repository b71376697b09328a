/**
 * Replaces `Date` by one that can be shifted against the machine's clock, and returns what shifts it (by so many
 * milliseconds, not added up). Only "now" is shifted: what is given a time keeps it. `performance`, `process.hrtime`
 * and timers count on.
 */
export function installShiftableDate() {
  const Machine = globalThis.Date;
  const machineNow = Machine.now.bind(Machine);
  let aheadMs = 0;

  function ShiftableDate(...given) {
    const times = given.length === 0 ? [ShiftableDate.now()] : given;
    if (new.target === undefined) return new Machine(ShiftableDate.now()).toString();
    return Reflect.construct(Machine, times, new.target === ShiftableDate ? Machine : new.target);
  }
  Object.defineProperties(ShiftableDate, Object.getOwnPropertyDescriptors(Machine));
  ShiftableDate.now = () => machineNow() + aheadMs;
  Machine.prototype.constructor = ShiftableDate;
  globalThis.Date = ShiftableDate;
  return (byMs) => {
    aheadMs = byMs;
  };
}
