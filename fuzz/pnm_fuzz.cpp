// Any bytes as a PNM image.
#include "fuzz/image_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  plumbline::fuzz_image(plumbline::runtime::data::parse_pnm, bytes, size);
  return 0;
}
