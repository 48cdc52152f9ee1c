// Any bytes as a PNG image.
#include "fuzz/image_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  plumbline::fuzz_image(plumbline::runtime::data::parse_png, bytes, size);
  return 0;
}
