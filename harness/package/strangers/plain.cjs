/** A limiter in CommonJS, and none at all. */
const variant = {
  about: "Everybody is let in.",
  promises: () => ({
    upper: { kind: "unlimited" },
    lower: { kind: "unlimited" },
    clockResolutionMs: 0,
    deniedConsumes: false,
  }),
  protect: async () => ({ listener: (_request, response) => response.end("ok"), close: async () => {} }),
};
module.exports = { variant };
