// Claims as text: `name=value`.
#include "spec/lang/claims.h"

#include <algorithm>
#include <cmath>

#include "spec/lang/attributes.h"
#include "spec/lang/ranges.h"

namespace plumbline::spec {

namespace {

using Member = Format Claims::*;
struct NamedFormat {
  std::string_view name;
  Member member;
};
constexpr std::array named_formats{
    NamedFormat{"operands", &Claims::operands}, NamedFormat{"intermediate", &Claims::intermediate},
    NamedFormat{"accumulator", &Claims::accumulator}, NamedFormat{"output", &Claims::output}};
constexpr std::array<std::string_view, 4> order_names{"any", "left", "lanes", "tree"};

Result<Format> read_format(std::string_view name, std::string_view value) {
  if (const auto f = format_named(value)) return *f;
  if (value == tall32.name) return tall32;
  std::vector<std::string> known;
  for (const Format& f : formats) known.emplace_back(f.name);
  return fail("claim ", name, ": unknown format ", value, did_you_mean(value, known));
}

// Frameworks compute in binary32 what they hand out in 16 bits or fewer; binary64 throughout.
void set_format(Claims& claims, const Format& format) {
  claims.output = format;
  if (format == binary64) claims.operands = claims.intermediate = claims.accumulator = format;
}

// One of two words.
Result<bool> read_choice(std::string_view name, std::string_view value, std::string_view no, std::string_view yes) {
  if (value == no || value == yes) return value == yes;
  return fail("claim ", name, ": expected ", no, " or ", yes, ", found ", value);
}

Result<void> set_order(Claims& claims, std::string_view value) {
  if (value.starts_with("lanes:")) {
    Index lanes = 0;
    if (!parse_value(value.substr(6), lanes) || lanes < 1)
      return fail("claim order: lanes:K needs K of at least 1, found ", value);
    claims.order = Order::lanes, claims.lanes = lanes;
    return {};
  }
  if (value == "any" || value == "left" || value == "tree") {
    claims.order = value == "any" ? Order::any : value == "left" ? Order::left : Order::tree;
    claims.lanes = 1;
    return {};
  }
  return fail("claim order: expected any, left, tree or lanes:K, found ", value);
}

Result<void> set_block(Claims& claims, std::string_view value) {
  Index block = 0;
  if (!parse_value(value, block) || block < 0)
    return fail("claim block: expected a number of terms, or 0 where no sum is cut, found ", value);
  claims.block = block;
  return {};
}

Result<double> read_ulps(std::string_view name, std::string_view value) {
  double ulps = 0;
  if (!parse_value(value, ulps) || !(ulps >= 0.5) || !std::isfinite(ulps))
    return fail("claim ", name, ": expected a number of ulps of at least 0.5, found ", value);
  return ulps;
}

// A word; nothing at all for the op's default.
Result<void> set_method(Claims& claims, std::string_view value) {
  if (value.empty()) return claims.method.clear(), Result<void>();
  if (!parse_value(value, claims.method)) return fail("claim method: expected the name of a method, found ", value);
  return {};
}

std::vector<std::string> claim_names() {
  std::vector<std::string> names{"format", "order", "block", "fma", "subnormals", "ties", "ulp", "method"};
  for (const auto& f : named_formats) names.emplace_back(f.name);
  for (std::string_view f : function_names) names.emplace_back(f);
  return names;
}

// `ulp=k` first, with the k that most functions have, then those that differ.
std::string print_ulps(const Claims& claims) {
  const double common = claims.ulp(Function::exp), usual = Claims().ulp(Function::exp);
  std::string out;
  if (common != usual) out += concat(" ulp=", print_value(common));
  const auto expected = Claims::uniform_ulps(common);
  for (std::size_t i = 0; i < claims.ulps.size(); ++i)
    if (claims.ulps[i] != expected[i]) out += concat(" ", function_names[i], "=", print_value(claims.ulps[i]));
  return out;
}

}  // namespace

Result<void> set_claim(Claims& claims, std::string_view name, std::string_view value) {
  const auto named =
      std::find_if(named_formats.begin(), named_formats.end(), [&](const auto& f) { return f.name == name; });
  if (name == "format" || named != named_formats.end()) {
    const auto format = read_format(name, value);
    if (!format) return tl::unexpected(format.error());
    if (name == "format") return set_format(claims, *format), Result<void>();
    claims.*named->member = *format;
    return {};
  }
  if (name == "order") return set_order(claims, value);
  if (name == "block") return set_block(claims, value);
  if (name == "method") return set_method(claims, value);
  if (name == "fma" || name == "subnormals") {
    const auto choice =
        name == "fma" ? read_choice(name, value, "never", "may") : read_choice(name, value, "kept", "flushed");
    if (!choice) return tl::unexpected(choice.error());
    (name == "fma" ? claims.fma : claims.flushes_subnormals) = *choice;
    return {};
  }
  if (name == "ties") {
    const auto choice = read_choice(name, value, "documented", "any");
    if (!choice) return tl::unexpected(choice.error());
    claims.ties = *choice ? Ties::any : Ties::documented;
    return {};
  }
  const auto function = std::find(function_names.begin(), function_names.end(), name);
  if (name != "ulp" && function == function_names.end())
    return fail("unknown claim ", name, did_you_mean(name, claim_names()));
  const auto ulps = read_ulps(name, value);
  if (!ulps) return tl::unexpected(ulps.error());
  if (name == "ulp")
    claims.ulps = Claims::uniform_ulps(*ulps);
  else
    claims.ulps[static_cast<std::size_t>(function - function_names.begin())] = *ulps;
  return {};
}

std::string print_claims(const Claims& claims) {
  const Claims usual;
  std::string out;
  for (const auto& f : named_formats)
    if (claims.*f.member != usual.*f.member) out += concat(" ", f.name, "=", (claims.*f.member).name);
  if (claims.order == Order::lanes)
    out += concat(" order=lanes:", claims.lanes);
  else if (claims.order != usual.order)
    out += concat(" order=", order_names[static_cast<std::size_t>(claims.order)]);
  if (claims.block != usual.block) out += concat(" block=", claims.block);
  if (!claims.fma) out += " fma=never";
  if (claims.flushes_subnormals) out += " subnormals=flushed";
  if (claims.ties == Ties::any) out += " ties=any";
  out += print_ulps(claims);
  if (!claims.method.empty()) out += concat(" method=", claims.method);
  return out.empty() ? out : out.substr(1);
}

}  // namespace plumbline::spec
