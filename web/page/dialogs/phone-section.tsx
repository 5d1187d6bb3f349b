/** Lets in a phone of the same network, by a code that works once. */

import { useEffect, useState } from "react";

import type { Api, Share } from "../../shared/api";
import { CopyButton } from "../parts/copy-button";
import { ProblemBox } from "../parts/problem-box";
import { useReader, useSay } from "../reader";
import { useWork } from "../use-work";

const LOOKS_EVERY = 5_000;
const MINUTE = 60_000;

/** What was offered, until when by this browser's clock, beside whom, and whether somebody has come since. */
interface Offer {
  share: Share;
  ends: number;
  before: ReadonlySet<number>;
  isUsed: boolean;
}

export function PhoneSection() {
  const { app, say } = useReader();
  const [offer, setOffer] = useState<Offer | null>(null);
  const { problem, run } = useWork();

  const ask = async () => {
    const before = await app.server.do(whoIsIn);
    const share = await app.server.do((api) => api.share());
    setOffer({ share, ends: Date.now() + share.seconds * 1000, before, isUsed: false });
  };
  useEffect(() => {
    const look = async () => {
      const now = await app.server.attempt(whoIsIn);
      const isNew = (had: Offer) => now !== null && [...now].some((begun) => !had.before.has(begun));
      setOffer((had) => had && { ...had, isUsed: had.isUsed || isNew(had) });
    };
    return app.inStep.onChange((changes) => {
      if (changes.some(({ kind }) => kind === "sessions")) void look();
    });
  }, [app]);
  return (
    <section className="settings-section">
      <h3>{say("phone")}</h3>
      <p className="hint">{say("phone.lead")}</p>
      {problem && <ProblemBox problem={problem} />}
      {offer?.share.link && <Shown offer={offer} link={offer.share.link} />}
      {offer && !offer.share.link && <Unreached share={offer.share} />}
      <button type="button" className="button phone-button" onClick={() => void run(ask)}>
        {say(offer?.share.link ? "phone.new" : offer ? "phone.again" : "phone.show")}
      </button>
    </section>
  );
}

function Shown({ offer, link }: { offer: Offer; link: string }) {
  const say = useSay();
  const left = useLeft(offer.ends);
  const isOver = offer.isUsed || left <= 0;
  const minutes = Math.ceil(left / MINUTE);
  const words = minutes > 1 ? say("phone.left", { minutes }) : say("phone.left.one");
  const { code } = offer.share;
  return (
    <div className="phone">
      {code && !isOver && (
        <svg className="phone-code" viewBox={`0 0 ${code.size} ${code.size}`} role="img" aria-label={say("phone.code")} shapeRendering="crispEdges">
          <rect width={code.size} height={code.size} fill="#ffffff" />
          <path d={code.path} fill="#000000" />
        </svg>
      )}
      <div className="phone-words">
        {!isOver && (
          <>
            <p>{say("phone.scan")}</p>
            <p className="phone-link">
              <code aria-label={say("phone.address")}>{link}</code>
              <CopyButton text={() => link} />
            </p>
          </>
        )}
        <p role="status">{offer.isUsed ? say("phone.used") : isOver ? say("phone.over") : words}</p>
        <p className="hint">{say("phone.plain")}</p>
      </div>
    </div>
  );
}

/** Return the milliseconds that are left. */
function useLeft(ends: number): number {
  const [left, setLeft] = useState(ends - Date.now());
  useEffect(() => {
    const look = () => setLeft(ends - Date.now());
    look();
    const timer = setInterval(look, LOOKS_EVERY);
    return () => clearInterval(timer);
  }, [ends]);
  return left;
}

function Unreached({ share }: { share: Share }) {
  const say = useSay();
  return (
    <p className="phone-alone" role="status">
      {share.is_in_network ? (
        <>
          {say("phone.alone")} <code>sotto share</code>
        </>
      ) : (
        say("phone.noNetwork")
      )}
    </p>
  );
}

/** Return when each browser that is signed in began. */
async function whoIsIn(api: Api): Promise<Set<number>> {
  return new Set((await api.sessions()).sessions.map(({ begun }) => begun));
}
