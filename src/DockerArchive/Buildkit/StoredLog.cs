using System.Collections;
using System.Collections.ObjectModel;

namespace DockerArchive.Buildkit;

/// <summary>
/// The lines of a log up to a moment. It shares the lines that had ended with the buffer that goes on growing, which never
/// changes those, so that looking at a long log while it grows costs nothing.
/// </summary>
internal sealed class StoredLog(StoredLogLines ended, int count, StoredLogLine last) : IList<BuildLogLine>
{
    public int Count => count + 1;

    public bool IsReadOnly => true;

    public BuildLogLine this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(index, count);
            return (index == count ? last : ended[index]).ToLine();
        }

        set => throw new NotSupportedException();
    }

    /// <summary>Wraps it in a type that scripts can index.</summary>
    public ReadOnlyCollection<BuildLogLine> AsReadOnly() => new(this);

    public IEnumerator<BuildLogLine> GetEnumerator()
    {
        for (int i = 0; i < count; i++)
            yield return ended[i].ToLine();
        yield return last.ToLine();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void CopyTo(BuildLogLine[] array, int arrayIndex)
    {
        for (int i = 0; i <= count; i++)
            array[arrayIndex + i] = this[i];
    }

    public int IndexOf(BuildLogLine item)
    {
        for (int i = 0; i <= count; i++)
        {
            if (this[i] == item)
                return i;
        }

        return -1;
    }

    public bool Contains(BuildLogLine item) => IndexOf(item) >= 0;

    public void Add(BuildLogLine item) => throw new NotSupportedException();

    public void Insert(int index, BuildLogLine item) => throw new NotSupportedException();

    public bool Remove(BuildLogLine item) => throw new NotSupportedException();

    public void RemoveAt(int index) => throw new NotSupportedException();

    public void Clear() => throw new NotSupportedException();
}
