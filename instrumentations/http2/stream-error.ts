import type { Http2Stream } from 'node:http2';
import { errorType } from '../../src/kit';

/** By number; the names that Node gives the error codes of RFC 9113, section 7. */
const codes = (
  'NO_ERROR PROTOCOL_ERROR INTERNAL_ERROR FLOW_CONTROL_ERROR SETTINGS_TIMEOUT STREAM_CLOSED FRAME_SIZE_ERROR REFUSED_STREAM ' +
  'CANCEL COMPRESSION_ERROR CONNECT_ERROR ENHANCE_YOUR_CALM INADEQUATE_SECURITY HTTP_1_1_REQUIRED'
)
  .split(' ')
  .map((name) => `NGHTTP2_${name}`);

/** `error.type` of a closed stream; `undefined` if it ended well. @param failure - what the stream was destroyed with. */
export function streamErrorType(stream: Http2Stream, failure: unknown): string | undefined {
  if (failure != null) return errorType(failure);
  const { rstCode } = stream;
  if (rstCode) return codes[rstCode] ?? '_OTHER';
  return stream.aborted ? 'ECONNRESET' : undefined;
}
