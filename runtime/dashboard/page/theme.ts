// Before anything is drawn: a page that turns dark afterwards blinds whoever sits in the dark.
import { applyTheme } from "./themes.ts";

applyTheme();
