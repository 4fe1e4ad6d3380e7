namespace DockerArchive.Buildkit;

/// <summary>
/// Log lines that are only ever added to. They lie in blocks below the size from which an array lives on the large object
/// heap, so that a log that grows is never copied.
/// </summary>
internal sealed class StoredLogLines
{
    private const int BlockLength = 1024;

    private StoredLogLine[][] _blocks = [];

    public int Count { get; private set; }

    public StoredLogLine this[int index] => _blocks[index / BlockLength][index % BlockLength];

    public void Add(in StoredLogLine line)
    {
        (int block, int place) = Math.DivRem(Count, BlockLength);
        if (block == _blocks.Length)
            Array.Resize(ref _blocks, Math.Max(1, block * 2));
        // Most logs are short.
        if (place == 0)
            _blocks[block] = new StoredLogLine[block == 0 ? 16 : BlockLength];
        else if (place == _blocks[block].Length)
            Array.Resize(ref _blocks[block], Math.Min(BlockLength, place * 2));
        _blocks[block][place] = line;
        Count++;
    }
}
