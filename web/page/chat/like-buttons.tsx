import type { Message } from "../../shared/api";
import type { Liked } from "../../shared/messages";
import { IconButton } from "../parts/icon-button";
import type { MenuItem } from "../parts/menu";
import { useApp, useSay } from "../reader";

/** Thumbs up and down: a note to oneself. */
export function LikeButtons({ message }: { message: Message }) {
  const { messages } = useApp();
  const say = useSay();
  const button = (kind: "good" | "bad", liked: Liked) => {
    const isOn = message.liked === liked;
    return (
      <IconButton
        icon={kind}
        label={say(`like.${kind}`)}
        aria-pressed={isOn}
        onClick={() => void messages.like(message, isOn ? null : liked)}
      />
    );
  };
  return (
    <>
      {button("good", 1)}
      {button("bad", -1)}
    </>
  );
}

/** The same for a menu. */
export function useLikeItems(message: Message): MenuItem[] {
  const { messages } = useApp();
  const say = useSay();
  const item = (kind: "good" | "bad", liked: Liked): MenuItem => {
    const isChosen = message.liked === liked;
    return {
      label: say(`like.${kind}Short`),
      detail: say("like.detail"),
      icon: kind,
      isChosen,
      act: () => void messages.like(message, isChosen ? null : liked),
    };
  };
  return [item("good", 1), item("bad", -1)];
}
