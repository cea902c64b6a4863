// Every RPC's comment lists its error codes and what the caller does about each.
// Tests run in the root.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace mote::tidy {
namespace {

const std::set<std::string>& Codes() {
  static const auto* const codes = new std::set<std::string>{
      "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT", "DEADLINE_EXCEEDED",  "NOT_FOUND",
      "ALREADY_EXISTS", "PERMISSION_DENIED", "UNAUTHENTICATED",  "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED",        "OUT_OF_RANGE",      "UNIMPLEMENTED",    "INTERNAL",           "UNAVAILABLE",
      "DATA_LOSS"};
  return *codes;
}

// What is wrong with the comments of a service's RPCs, one text each.
std::vector<std::string> Mistakes(const std::string& proto, int* rpcs) {
  static const std::regex kRpc(R"(^  rpc (\w+)\()");
  static const std::regex kCode(R"(^  // ([A-Z_]{3,})  +(.*)$)");
  std::vector<std::string> mistakes;
  std::vector<std::string> comment;  // the lines above, without a gap
  std::istringstream lines(proto);
  std::smatch match;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_search(line, match, kRpc)) {
      ++*rpcs;
      const std::string rpc = match[1];
      int codes = 0;
      std::string text;
      for (const std::string& above : comment) {
        text += above + "\n";
        if (!std::regex_match(above, match, kCode)) continue;
        ++codes;
        if (!Codes().contains(match[1])) mistakes.push_back(rpc + ": " + match[1].str() + " is no code of gRPC");
      }
      const bool none = text.find("No codes of its own.") != std::string::npos;
      if (none == (codes > 0)) mistakes.push_back(rpc + ": list its codes, or say \"No codes of its own.\"");
      const size_t first = text.find("  // ", text.find("  //\n"));
      const std::string listed = first == std::string::npos ? "" : text.substr(first);
      // Each entry ends in a sentence after a colon: what to do, or says not to.
      if (codes > 0 && std::count(listed.begin(), listed.end(), ':') < codes) {
        mistakes.push_back(rpc + ": say after a colon what the caller does about each code");
      }
    }
    comment.push_back(line);
    if (line.rfind("  //", 0) != 0) comment.clear();
  }
  return mistakes;
}

TEST(Protos, EveryRpcListsItsCodesAndWhatToDo) {
  int rpcs = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("proto")) {
    if (entry.path().extension() != ".proto") continue;
    std::ifstream file(entry.path());
    std::stringstream text;
    text << file.rdbuf();
    for (const std::string& mistake : Mistakes(text.str(), &rpcs)) ADD_FAILURE() << entry.path() << ": " << mistake;
  }
  EXPECT_GE(rpcs, 13);
}

TEST(Protos, AnRpcWithoutCodesIsNoticed) {
  int rpcs = 0;
  EXPECT_EQ(Mistakes("  // Does it.\n  rpc Do(A) returns (B);\n", &rpcs).size(), 1u);
  EXPECT_EQ(Mistakes("  // Does it.\n  //\n  // No codes of its own.\n  rpc Do(A) returns (B);\n", &rpcs).size(), 0u);
  EXPECT_EQ(Mistakes("  // Does it.\n  //\n  // NOT_FOUND  none: look.\n  rpc Do(A) returns (B);\n", &rpcs).size(), 0u);
  EXPECT_EQ(Mistakes("  // Does it.\n  //\n  // NOT_FOUND  none.\n  rpc Do(A) returns (B);\n", &rpcs).size(), 1u);
  EXPECT_EQ(Mistakes("  // Does it.\n  //\n  // NOT_THERE  none: look.\n  rpc Do(A) returns (B);\n", &rpcs).size(), 1u);
  EXPECT_EQ(rpcs, 5);
}

}  // namespace
}  // namespace mote::tidy
