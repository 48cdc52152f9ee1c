// Replay files: one finding as text, self-contained, which reproduces it bit for bit.
#pragma once

#include <string>
#include <string_view>

#include "crosscheck/laws/law.h"

namespace plumbline::crosscheck {

struct Replay {
  std::string version;  // of the program that wrote it
  std::string law, subject;
  Verdict verdict = Verdict::fail;
  std::string message;  // one line on what was found; may be empty
  std::string claims;   // of the kernel that was judged, as print_claims writes them; may be empty
  std::string note;     // where the case came from; may be empty
  Case c;
};

// The line-based text form, at most 8 numbers a line:
//   plumbline.replay/1
//   version 0.1.0
//   law forward
//   subject cpu
//   verdict fail
//   message element 3 is …
//   claims order=lanes:16 …
//   seed 1
//   case 17
//   graph
//   plumbline.graph/1
//   …
//   end
//   data x0 [2, 3]
//   0x1p+0 -0x0p+0 nan …
//   cotangent [2, 3]
//   …
//   end
std::string print(const Replay& replay);

// Reads it back. `f.replay: line 7: found X, expected Y`; a newer format is refused. Sizes are checked before anything
// is allocated: no tensor may have more elements than the rest of the text has room for.
spec::Result<Replay> parse_replay(std::string_view text, const spec::Catalogue& catalogue,
                                  std::string_view file = "replay");

// Runs a recorded case again by its law on its subject. An error where there is no such law, the subject has another
// name, or the law does not apply.
spec::Result<Outcome> rerun(const Replay& replay, const Laws& laws, Subject& subject, const JudgeOptions& options = {});

}  // namespace plumbline::crosscheck
