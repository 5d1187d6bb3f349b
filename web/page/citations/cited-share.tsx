import type { Claim } from "../../shared/grounds";
import { useSay } from "../reader";

/** How much of an answer its passages say, and how the rest of it looks. */
export function CitedShare({ claims }: { claims: readonly Claim[] }) {
  const say = useSay();
  if (claims.length === 0) return null;
  const count = claims.filter(({ supported }) => supported).length;
  return (
    <p className="cited-share" data-testid="cited-share">
      {say("cite.share", { count, total: claims.length })}
      {count < claims.length && (
        <>
          {" "}
          <span className="unsupported">{say("cite.share.rest")}</span>
        </>
      )}
    </p>
  );
}
