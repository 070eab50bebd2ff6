#include <zlib.h>

// zlib's initialisers are macros, which Swift does not see. A window of 15 bits, and 16 for gzip's header.
static inline int gzip_begin_inflating(z_stream *stream) { return inflateInit2(stream, 15 + 16); }

static inline int gzip_begin_deflating(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
