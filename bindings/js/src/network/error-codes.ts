import type { ErrorCode } from "../component/interfaces/wasi-http-types.js";

const WASI_ERROR_CODES: Record<string, ErrorCode> = {
  ENOTFOUND: { tag: "DNS-error", val: {} },
  EAI_AGAIN: { tag: "DNS-error", val: {} },
  ECONNREFUSED: { tag: "connection-refused" },
  EHOSTUNREACH: { tag: "destination-unavailable" },
  ENETUNREACH: { tag: "destination-IP-unroutable" },
  EADDRNOTAVAIL: { tag: "destination-unavailable" },
  EHOSTDOWN: { tag: "destination-unavailable" },
  ETIMEDOUT: { tag: "connection-timeout" },
  ERR_SOCKET_CONNECTION_TIMEOUT: { tag: "connection-timeout" },
  ECONNRESET: { tag: "connection-terminated" },
  EPIPE: { tag: "connection-terminated" },
  ERR_STREAM_PREMATURE_CLOSE: { tag: "HTTP-response-incomplete" },
  EPROTO: { tag: "TLS-protocol-error" },
  HPE_HEADER_OVERFLOW: { tag: "HTTP-response-header-section-size", val: undefined },
};

/** OpenSSL's codes for a certificate that is not trusted, and Node's for a certificate of another host. */
const CERTIFICATE_CODE = /CERT|UNABLE_TO_|SELF_SIGNED|_CA$|_CRL|HOSTNAME_MISMATCH|PATH_LENGTH/;

/** The wasi:http error code for an error of Node's HTTP client. */
export function toWasiErrorCode(error: Error & { code?: string }): ErrorCode {
  const code = error.code ?? "";
  const known = WASI_ERROR_CODES[code];
  if (known !== undefined) return known;
  if (CERTIFICATE_CODE.test(code)) return { tag: "TLS-certificate-error" };
  if (/^ERR_(SSL|TLS)_/.test(code)) return { tag: "TLS-protocol-error" };
  if (code.startsWith("HPE_")) return { tag: "HTTP-protocol-error" };
  return { tag: "internal-error", val: code };
}
