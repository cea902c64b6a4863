// Pages that name files must name files that exist. Tests run in the root.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"

namespace mote::tidy {
namespace {

namespace fs = std::filesystem;

std::string TextOf(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// What the first group of `pattern` matches, anywhere in `text`.
std::vector<std::string> AllMatches(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), regex), end; it != end; ++it) found.push_back((*it)[1]);
  return found;
}

std::vector<fs::path> Pages() {
  std::vector<fs::path> pages = {"README.md", "CHANGELOG.md"};
  for (const char* folder : {"docs", "examples"}) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.path().extension() == ".md") pages.push_back(entry.path());
    }
  }
  return pages;
}

// "/" and every source file's path, so that a name may leave out leading folders.
std::vector<std::string> Sources() {
  std::vector<std::string> sources;
  for (const char* folder : {"proto", "common", "coordinator", "worker", "client", "examples", "tests", "docs"}) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) sources.push_back("/" + entry.path().string());
  }
  return sources;
}

bool Exists(const std::vector<std::string>& sources, const std::string& name) {
  return std::any_of(sources.begin(), sources.end(),
                     [&](const std::string& source) { return absl::EndsWith(source, "/" + name); });
}

TEST(Pages, LinksLeadToFiles) {
  int links = 0;
  for (const fs::path& page : Pages()) {
    for (const std::string& link : AllMatches(TextOf(page), R"(\]\(([^)#:]+)(?:#[^)]*)?\))")) {
      ++links;
      EXPECT_TRUE(fs::exists(page.parent_path() / link)) << page << " links to " << link << ", which does not exist";
    }
  }
  EXPECT_GE(links, 20);
}

TEST(LifeOfAJob, NamesFilesThatExist) {
  const std::vector<std::string> sources = Sources();
  const std::string text = TextOf("docs/life_of_a_job.md");
  const std::vector<std::string> names = AllMatches(text, R"(`([a-z0-9_/]+\.(?:h|cc|proto|yaml))`)");
  EXPECT_GE(names.size(), 30u);
  for (const std::string& name : names) {
    EXPECT_TRUE(Exists(sources, name)) << "docs/life_of_a_job.md names " << name << ", which does not exist";
  }
  for (const std::string& folder : AllMatches(text, R"(`([a-z_/]+)/`)")) {
    EXPECT_TRUE(fs::is_directory(folder)) << "docs/life_of_a_job.md names the folder " << folder;
  }
}

TEST(LifeOfAJob, AFileThatIsGoneIsNoticed) {
  EXPECT_FALSE(Exists({"/common/fold.h"}, "unfold.h"));
  EXPECT_FALSE(Exists({"/common/fold.h"}, "old.h"));
  EXPECT_TRUE(Exists({"/common/fold.h"}, "fold.h"));
  EXPECT_TRUE(Exists({"/common/fold.h"}, "common/fold.h"));
}

}  // namespace
}  // namespace mote::tidy
