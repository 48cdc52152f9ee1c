// Floats as hexadecimal text, exactly.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumbline::crosscheck {

// `0x1.8p+1`, `-0x0p+0`, `inf`, `-inf`, `nan`.
std::string hex(double x);
// What `hex` writes; nullopt for anything else.
std::optional<double> parse_hex(std::string_view text);

}  // namespace plumbline::crosscheck
