import { expect, it } from "vitest";

import { parametersOf } from "../page/models/model-words";
import { sayIn } from "../shared/strings";

it("counts parameters as people say them, also just below a thousand million", () => {
  const said = [134_515_008, 999_885_952, 8_190_735_360].map((count) => parametersOf(count, sayIn("en")));
  expect(said).toEqual(["135 M parameters", "1 B parameters", "8.2 B parameters"]);
});
