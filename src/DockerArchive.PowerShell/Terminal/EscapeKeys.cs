using System.Buffers;

namespace DockerArchive.Terminal;

/// <summary>Finds the keys that are for us and not for the guest, as in OpenSSH: at the start of a line.</summary>
/// <param name="escape">The key that begins them; null for none.</param>
internal sealed class EscapeKeys(byte? escape)
{
    private bool _isAtLineStart = true;
    private bool _isHeld;

    /// <summary>What can be typed, for a terminal.</summary>
    public string Help =>
        $"\r\n{Key}.  end the session\r\n{Key}?  show this\r\n{Key}{Key}  type {Key}\r\n(at the start of a line)\r\n";

    private char Key => (char)escape.GetValueOrDefault();

    /// <summary>Passes on what is for the guest.</summary>
    /// <param name="typed">What was typed.</param>
    /// <param name="guest">Takes what is for the guest.</param>
    /// <param name="help">Called when help is asked for.</param>
    /// <returns>False if the session is to end.</returns>
    public bool Pass(ReadOnlySpan<byte> typed, IBufferWriter<byte> guest, Action help)
    {
        foreach (var key in typed)
        {
            if (_isHeld)
            {
                _isHeld = false;
                if (key == '.')
                    return false;
                if (key == '?')
                {
                    help();
                    continue;
                }

                if (key != escape)
                    guest.Write([escape!.Value]);
            }
            else if (_isAtLineStart && key == escape)
            {
                _isHeld = true;
                continue;
            }

            guest.Write([key]);
            _isAtLineStart = key is (byte)'\r' or (byte)'\n';
        }

        return true;
    }
}
