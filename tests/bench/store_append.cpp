// SPDX-License-Identifier: Apache-2.0
#include "store/journal.hpp"
#include "store/state_directory.hpp"
#include "store/store.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

/// Measures what one durable change costs beside a bare append and fdatasync of the same bytes, and
/// what the largest library costs to start. Not a test: it asserts no time. The directory is a new
/// one in the first argument, or in the current directory: it should be on a disk, not in memory.

using namespace changer;
using namespace changer::store;
using Timer = std::chrono::steady_clock;

namespace {

constexpr int rounds = 1'000;
constexpr unsigned largest = 65'535;

[[noreturn]] void give_up(const std::string& why) {
    fmt::print(stderr, "{}\n", why);
    std::exit(1);
}

template <class T>
T must(Result<T> result) {
    if (!result)
        give_up(to_string(result.error()));
    return *std::move(result);
}

void must(const Result<void>& result) {
    if (!result)
        give_up(to_string(result.error()));
}

/// An element as the daemon stores it.
Change element(unsigned i, unsigned claim) {
    return {
        fmt::format("element/{}", i),
        fmt::format(
            R"({{"accessible":true,"address":{0},"barcode":"A{0:05}L8","drive_serial":null,)"
            R"("exception":null,"full":true,"media":"main-m{0}","not_present":false,)"
            R"("number":{0},"provenance":{{"at":"2026-01-31T23:59:00Z","by":"READ ELEMENT STATUS",)"
            R"("kind":"observed","sequence":{1}}},"schema":"changer.element/1","source":null,)"
            R"("type":"storage"}})",
            i,
            claim)};
}

/// Appends and makes durable, as simply as it can be done.
class BareFile {
  public:
    explicit BareFile(const std::string& path)
        : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640)) {
        if (fd_ < 0)
            give_up("cannot open " + path);
    }

    BareFile(const BareFile&) = delete;
    BareFile& operator=(const BareFile&) = delete;

    ~BareFile() { ::close(fd_); }

    void append(const std::string& bytes) {
        if (::pwrite(fd_, bytes.data(), bytes.size(), offset_) !=
                static_cast<ssize_t>(bytes.size()) ||
            ::fdatasync(fd_) != 0)
            give_up("cannot append");
        offset_ += static_cast<off_t>(bytes.size());
    }

  private:
    int fd_;
    off_t offset_ = 0;
};

template <class Work>
double microseconds(Work work) {
    const auto start = Timer::now();
    work();
    return std::chrono::duration<double, std::micro>(Timer::now() - start).count();
}

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + rounds / 2, values.end());
    return values[rounds / 2];
}

struct Place {
    SystemFiles files;
    SystemClock clock;
    StateDirectory directory;
    std::string home;

    explicit Place(const std::string& path)
        : directory(must(StateDirectory::open(path, files)))
        , home(must(directory.library_directory("main"))) {}

    OpenedStore open() { return must(Store::open(home, files, directory.reserve(), clock)); }
};

/// Stores a library of so many elements; its daemon stopped cleanly.
void fill(Place& place, unsigned elements) {
    auto opened = place.open();
    std::vector<Change> changes;
    for (unsigned i = 0; i < elements; ++i)
        changes.push_back(element(i, 1));
    must(opened.store.append(changes));
    must(opened.store.snapshot());
}

void measure_append(const std::string& path, unsigned elements) {
    Place place(path);
    fill(place, elements);
    auto opened = place.open();
    BareFile bare(path + "/bare");
    std::vector<double> ours;
    std::vector<double> theirs;
    for (unsigned round = 0; round < rounds; ++round) {
        const std::vector<Change> changes{element(round * 61 % elements, round + 2)};
        const auto bytes = must(encode_record(opened.store.seq() + 1, changes, false));
        const auto store = [&] { must(opened.store.append(changes)); };
        const auto plain = [&] { bare.append(bytes); };
        if (round % 2 == 0) { // whoever comes second may find the disk still busy
            ours.push_back(microseconds(store));
            theirs.push_back(microseconds(plain));
        } else {
            theirs.push_back(microseconds(plain));
            ours.push_back(microseconds(store));
        }
    }
    const double a = median(ours);
    const double b = median(theirs);
    fmt::print("one durable change, {:>6} elements {:>13.1f} us {:>10.1f} us {:>7.2f}\n",
               elements,
               a,
               b,
               a / b);
}

/// Returns a figure of /proc/self/status in KiB.
long status_kib(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name + ":"))
            return std::strtol(line.c_str() + name.size() + 1, nullptr, 10);
    return -1;
}

/// Prints what opening the largest library takes.
int start(const std::string& path) {
    const long before = status_kib("VmRSS");
    Place place(path);
    std::optional<OpenedStore> opened;
    const double time = microseconds([&] { opened.emplace(place.open()); });
    const std::size_t elements = opened->documents.size();
    const long all = status_kib("VmRSS");
    opened->documents.clear(); // the daemon makes its model of them
    fmt::print("start from disk, {:>6} elements {:>12.0f} ms\n", elements, time / 1e3);
    fmt::print("resident: before {} KiB, opened {} KiB, at most {} KiB, without the handed-over "
               "copy {} KiB\n",
               before,
               all,
               status_kib("VmHWM"),
               status_kib("VmRSS"));
    return elements == largest ? 0 : 1;
}

/// In a process of its own: memory that was filled before would hide what the start takes.
void measure_start(const std::string& path) {
    std::fflush(stdout);
    const pid_t child = ::fork();
    if (child == 0) {
        ::execl("/proc/self/exe", "bench_store_append", "--start", path.c_str(), nullptr);
        ::_exit(1);
    }
    int outcome = 0;
    if (child < 0 || ::waitpid(child, &outcome, 0) != child || outcome != 0)
        give_up("the start could not be measured");
}

} // namespace

int main(int argc, char** argv) {
    if (argc == 3 && std::string_view(argv[1]) == "--start")
        return start(argv[2]);
    std::string path = std::string(argc > 1 ? argv[1] : ".") + "/store-bench-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr)
        give_up("cannot make a directory there");
    fmt::print("{:<36}{:>16}{:>13}{:>8}\n",
               fmt::format("medians of {}, interleaved", rounds),
               "Store::append",
               "bare",
               "ratio");
    for (const unsigned elements : {100U, largest})
        measure_append(fmt::format("{}/{}", path, elements), elements);
    {
        Place place(path + "/start");
        fill(place, largest);
    }
    measure_start(path + "/start");
    std::filesystem::remove_all(path);
    return 0;
}
