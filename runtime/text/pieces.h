// How text is cut before it is numbered. The pieces, one after another, are the text.
#pragma once

#include <string_view>
#include <vector>

namespace plumbline::runtime::text {

// Sequences of UTF-8, or single bytes where there is none.
std::vector<std::string_view> characters(std::string_view text);
// Runs of letters, digits and bytes beyond ASCII; runs of blanks; other signs one by one.
std::vector<std::string_view> words(std::string_view text);
// For byte pairs: a blank at most and then letters, digits, or other signs; or blanks. None is longer than `most`.
std::vector<std::string_view> chunks(std::string_view text, std::size_t most);

}  // namespace plumbline::runtime::text
