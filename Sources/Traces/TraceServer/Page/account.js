// What the server says about a token: whose it is, and which others its user has.

import { ask } from "./service.js";

let known = { token: null, answer: null };

/**
 * The user of a token, and all tokens of the user, without their values.
 *
 * @param isFresh whether to ask again
 * @returns {Promise<{user: string, tokens: object[]} | null>} null without a token
 */
export function accountOf(token, { isFresh = false } = {}) {
  if (!token) return Promise.resolve(null);
  if (isFresh || known.token !== token) {
    const answer = ask("api/v1/auth/tokens", { token }).then(({ json }) => ({
      user: json.user_id,
      tokens: json.tokens,
    }));
    known = { token, answer };
    answer.catch(() => {
      if (known.answer === answer) known = { token: null, answer: null };
    });
  }
  return known.answer;
}
