/** The whole page: who is signed in sees the chats, anybody else how to sign in. */

import { Announcer } from "./parts/announcer";
import { Home } from "./home";
import { Opening } from "./opening";
import { SignIn } from "./sign-in";
import { useStored } from "./reader";

export function Page() {
  const session = useStored((state) => state.session);
  const isReachable = useStored((state) => state.isReachable);
  return (
    <Announcer>
      {session === "signed-in" && <Home />}
      {session === "signed-out" && <SignIn />}
      {session === "unknown" && (isReachable ? <Opening /> : <SignIn />)}
    </Announcer>
  );
}
