#pragma once

namespace tidemark::tests {

class Disk;

/// Puts `disk` between SQLite and its files, for files opened from now on; null takes it away.
void put_in_place(Disk* disk);

}  // namespace tidemark::tests
