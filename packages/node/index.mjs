import classify from "./index.cjs";

export const { load, getLoadablePath } = classify;
export default classify;
