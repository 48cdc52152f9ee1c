// Attributes and claims: what is printed reads back to the same.
#include <array>
#include <sstream>

#include "spec/lang/claims.h"
#include "tests/property/round_trips.h"

namespace plumbline::crosscheck {
namespace {

RC_GTEST_PROP(Attributes, ReadBackToTheSameOp, ()) {
  RapidChoices choices;
  const auto entries = catalogue().entries();
  const spec::OpEntry& entry = *choices.one_of(entries);
  const spec::Op op = entry.sample(choices).op;
  const auto back = catalogue().parse(op.name(), op->attributes());
  if (!back) RC_FAIL(std::string(back.error().what()));
  RC_ASSERT(*back == op);
}

spec::Claims any_claims(spec::Choices& choices) {
  static const std::vector<spec::Format> formats{spec::binary16, spec::bfloat16, spec::binary32, spec::binary64};
  spec::Claims c;
  c.operands = choices.one_of(formats), c.intermediate = choices.one_of(formats);
  c.accumulator = choices.one_of(formats), c.output = choices.one_of(formats);
  c.order = static_cast<spec::Order>(choices.pick(0, 3));
  if (c.order == spec::Order::lanes) c.lanes = choices.pick(1, 1024);
  c.block = choices.coin() ? choices.pick(1, 1 << 20) : 0;
  c.fma = choices.coin(), c.flushes_subnormals = choices.coin();
  for (double& u : c.ulps) u = static_cast<double>(choices.pick(4, 64)) / 8;
  if (choices.coin()) c.method = "shifted";
  return c;
}

RC_GTEST_PROP(Claims, ReadBackToTheSameClaims, ()) {
  RapidChoices choices;
  const spec::Claims claims = any_claims(choices);
  const std::string text = spec::print_claims(claims);
  std::istringstream words(text);
  spec::Claims back;
  for (std::string word; words >> word;) {
    const auto equals = word.find('=');
    RC_ASSERT(equals != std::string::npos);
    const auto set = spec::set_claim(back, word.substr(0, equals), word.substr(equals + 1));
    if (!set) RC_FAIL(std::string(set.error().what()) + " in " + text);
  }
  if (!(back == claims)) RC_FAIL(text + " became " + spec::print_claims(back));
}

}  // namespace
}  // namespace plumbline::crosscheck
