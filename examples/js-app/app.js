/** Signs links to downloads with a key from Key Vault, as the edge app does in Rust. */

import { KeyfobError, SecretClient } from "./keyfob.js";

/**
 * @param {string} vaultUrl
 * @param {string} path
 */
export async function sign(vaultUrl, path) {
  try {
    const { value } = new SecretClient(vaultUrl).getSecret("link-key");
    const text = new TextEncoder();
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", text.encode(value), algorithm, false, ["sign"]);
    const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, text.encode(path)));
    return `${path}?signature=${[...signature].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  } catch (error) {
    // The error of the function is a string: whatever else is thrown ends the instance.
    throw error instanceof KeyfobError ? error.message : String(error);
  }
}
