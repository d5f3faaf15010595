import { UserError } from "../provider/index.ts";

const reasons: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "this user's share of the disk is full",
  ENOENT: "there is no such folder, and none can be made",
  ENOTDIR: "a part of the path is a file",
  EISDIR: "there is a folder of that name",
  ENAMETOOLONG: "the name is too long",
  EMFILE: "too many files are open",
};

/** What went wrong with a file, in words; any other error as it is. */
export function explained(error: unknown, what: string): unknown {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return error;
  const reason = reasons[error.code];
  const path = "path" in error && typeof error.path === "string" ? ` (${error.path})` : "";
  return reason === undefined ? error : new UserError(`${what}${path}: ${reason}`);
}
