import { CopyButton } from "../parts/copy-button";
import { useSay } from "../reader";
import { Highlighted } from "./highlighted";

interface Props {
  code: string;
  language: string;
  /** Whether more may come at its end. */
  isOpen: boolean;
}

/** Code with the name of its language, and a button that copies it. */
export function CodeBlock({ code, language, isOpen }: Props) {
  const say = useSay();
  return (
    <figure className="code">
      <figcaption className="code-head">
        <span>{language || say("code")}</span>
        <CopyButton text={() => code} hasLabel />
      </figcaption>
      <pre tabIndex={0} dir="ltr">
        <code>
          <Highlighted code={code} language={language} isOpen={isOpen} />
        </code>
      </pre>
    </figure>
  );
}
