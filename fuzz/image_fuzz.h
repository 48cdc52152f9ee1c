// Any bytes as an image: a clear refusal, or samples that fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "runtime/data/image.h"
#include "spec/lang/check.h"

namespace plumbline {

using ParseImage = spec::Result<runtime::data::Image> (*)(std::string_view bytes, std::string_view file);

inline void fuzz_image(ParseImage parse, const std::uint8_t* bytes, std::size_t size) {
  const auto image = parse({reinterpret_cast<const char*>(bytes), size}, "fuzz");
  if (!image) {
    check(std::string_view(image.error().what()).starts_with("fuzz: "), "a refusal names the file");
    return;
  }
  check(image->samples.size() == static_cast<std::size_t>(image->channels * image->height * image->width),
        "a sample for each channel of each pixel");
  for (const auto s : image->samples) check(s <= image->most, "no sample beyond the maximum");
  check(runtime::data::to_tensor(*image, 3).size() == 3 * image->height * image->width, "a tensor of three channels");
}

}  // namespace plumbline
