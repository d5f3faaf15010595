/** The project's version, as package.json has it (a test compares the two); a bundle has no package.json beside it. */
export const version = "0.1.0";
