// What our programs answer to --help, to hold deployment files against.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace mote::deploy {

// The flags that a built program knows: {"--listen", "--state-dir", …}. Empty: there is
// no such program.
std::set<std::string> FlagsOf(const std::string& program);

// Those of `arguments` that start with "--" and are no flag of the program.
std::vector<std::string> UnknownFlags(const std::string& program, const std::vector<std::string>& arguments);

// The argument after `flag`; empty: it is not there.
std::string ValueOf(const std::vector<std::string>& arguments, const std::string& flag);

}  // namespace mote::deploy
