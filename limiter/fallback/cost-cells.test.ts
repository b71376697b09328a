import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CostCells } from "./cost-cells.ts";

const CELL_US = 10;
const costs = fc.array(
  fc.record({ afterUs: fc.nat(30), lateUs: fc.nat(15), cost: fc.integer({ min: 1, max: 5 }) }),
  { maxLength: 60 },
);

/** The costs at the instants at which they really happened, and the cells that hold them. */
function filled(steps: readonly { afterUs: number; lateUs: number; cost: number }[]) {
  const cells = new CostCells(CELL_US);
  let nowUs = 0;
  const real = steps.map(({ afterUs, lateUs, cost }) => {
    nowUs += afterUs;
    cells.add(nowUs - lateUs, nowUs, cost);
    return { atUs: nowUs - Math.floor(lateUs / 2), cost };
  });
  return { cells, real, nowUs };
}

const sumOf = (entries: readonly { cost: number }[]) => entries.reduce((sum, { cost }) => sum + cost, 0);

describe("CostCells", () => {
  it("never says that more surely happened, or less may have, than did", () => {
    fc.assert(
      fc.property(costs, fc.nat(500), fc.nat(500), (steps, fromUs, lastsUs) => {
        const { cells, real } = filled(steps);
        const untilUs = fromUs + lastsUs;
        const inside = sumOf(real.filter(({ atUs }) => atUs > fromUs && atUs <= untilUs));
        expect(cells.surelyIn(fromUs, untilUs)).toBeLessThanOrEqual(inside);
        expect(cells.possiblyAfter(fromUs)).toBeGreaterThanOrEqual(
          sumOf(real.filter(({ atUs }) => atUs > fromUs)),
        );
      }),
    );
  });

  it("says of no time that less may have happened than without a cost that is taken back by its age", () => {
    fc.assert(
      fc.property(costs, fc.nat(), fc.nat(40), fc.nat(900), (steps, pick, moreUs, fromUs) => {
        const { cells, real } = filled(steps);
        const undone = real[pick % Math.max(1, real.length)];
        if (undone === undefined) return;
        cells.removeSince(undone.atUs - moreUs, undone.cost);
        const others = real.filter((one) => one !== undone);
        expect(cells.total).toBe(sumOf(others));
        expect(cells.possiblyAfter(fromUs)).toBeGreaterThanOrEqual(
          sumOf(others.filter(({ atUs }) => atUs > fromUs)),
        );
      }),
    );
  });

  it("is exact for what is further apart than a cell", () => {
    const cells = new CostCells(CELL_US);
    for (let i = 0; i < 20; i++) cells.add(i * CELL_US, i * CELL_US, 1);
    expect(cells.surelyIn(4 * CELL_US, 9 * CELL_US)).toBe(5);
    expect(cells.possiblyAfter(15 * CELL_US)).toBe(4);
    expect(cells.nextEndAfter(15 * CELL_US)).toBe(16 * CELL_US);
  });

  it("keeps as many cells as a window has, however many costs come", () => {
    const cells = new CostCells(CELL_US);
    for (let us = 0; us < 10_000; us++) {
      cells.dropUntil(us - 64 * CELL_US);
      cells.add(us - 500, us, 1);
    }
    expect(cells.agesAt(10_000, 0).length).toBeLessThanOrEqual(66);
    expect(cells.total).toBeGreaterThanOrEqual(64 * CELL_US);
  });

  it("loses no cost when cells are absorbed, removed and dropped", () => {
    fc.assert(
      fc.property(costs, costs, fc.nat(20), (first, second, removed) => {
        const [{ cells, real, nowUs }, other] = [filled(first), filled(second)];
        cells.absorb(other.cells);
        const all = sumOf(real) + sumOf(other.real);
        cells.remove(removed);
        expect(cells.total).toBe(Math.max(0, all - removed));
        expect(other.cells.total).toBe(0);
        expect(sumOf(cells.agesAt(nowUs, -1_000))).toBe(cells.total);
        cells.dropUntil(10_000);
        expect(cells.total).toBe(0);
      }),
    );
  });
});
