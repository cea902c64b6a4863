// The nearest known name, for messages about unknown ones.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mote {

// "; did you mean \"epochs\"?" or "" when nothing is near.
//
// Near: at most one edit (insertion, deletion, substitution, transposition of
// neighbours; case does not count) for every three letters. The first wins a tie.
std::string DidYouMean(std::string_view given, const std::vector<std::string>& known);

}  // namespace mote
