using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using MetaMcp.Init.Core.Probing;

namespace MetaMcp.Init.Core.Status;

/// <summary>
/// The members of one line, found in one walk. Members that are not known are left out, so that mcp-init may be newer than the one that
/// asks. A member of another kind than expected counts as missing, and <see cref="IsBroken"/> says so.
/// </summary>
internal sealed class RowReader
{
    private readonly byte[] _line;

    /// <summary>The list of the last line: an answer has hundreds, which are read one after the other.</summary>
    [ThreadStatic]
    private static List<Member>? _spare;

    private readonly List<Member> _members;
    private int _next;

    public RowReader(ReadOnlySpan<byte> text)
    {
        (_members, _spare) = (_spare ?? new List<Member>(32), null);
        _line = text.ToArray();
        ReadOnlySpan<byte> line = _line;
        var json = new JsonScanner(line);
        IsBroken = !json.TryEnter();
        for (var isFirst = true; !IsBroken && json.TryMember(isFirst, out var name, out var value, out var isBroken); isFirst = false)
        {
            IsBroken |= isBroken;
            if (!isBroken && line.Overlaps(name, out var nameAt) && line.Overlaps(value, out var valueAt))
                _members.Add(new Member(nameAt, name.Length, valueAt, value.Length));
        }
        IsBroken |= !json.IsAtEnd();
    }

    /// <summary>Gives the list back for the next line.</summary>
    public void Release()
    {
        _members.Clear();
        _spare = _members;
    }

    /// <summary>The line is no JSON object, or one of the members that were asked for is not as it should be.</summary>
    public bool IsBroken { get; private set; }

    public string Text(string name) => OptionalText(name) ?? Broken("");

    public string? OptionalText(string name) => !TryFind(name, out var value) ? null
        : value is [(byte)'"', .., (byte)'"'] && JsonStrings.TryDecode(value[1..^1], out var text) ? text
        : Broken((string?)null);

    public long Number(string name) => OptionalNumber(name) ?? 0;

    public long? OptionalNumber(string name) => !TryFind(name, out var value) ? null
        : Utf8Parser.TryParse(value, out long number, out var length) && length == value.Length ? number
        : Broken((long?)null);

    public int? OptionalPid(string name) => OptionalNumber(name) is { } pid ? (int)Math.Clamp(pid, 0, int.MaxValue) : null;

    public double? OptionalCores(string name) => !TryFind(name, out var value) ? null
        : Utf8Parser.TryParse(value, out double cores, out var length) && length == value.Length ? cores : Broken((double?)null);

    public bool Flag(string name) => TryFind(name, out var value) && value.SequenceEqual("true"u8);

    public TimeSpan Time(string name) => OptionalTime(name) ?? TimeSpan.Zero;

    public TimeSpan? OptionalTime(string name) => OptionalNumber(name) is { } milliseconds
        ? TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, (long)TimeSpan.MaxValue.TotalMilliseconds / 2)) : null;

    /// <summary>The place of a word in its list; that of the last one if the word is not known.</summary>
    public int Word(string name, string[] words)
    {
        var at = Array.IndexOf(words, Text(name));
        return at >= 0 ? at : Broken(words.Length - 1);
    }

    public ImmutableArray<string> Names(string name)
    {
        if (!TryFind(name, out var value))
            return [];
        var names = ImmutableArray.CreateBuilder<string>();
        var json = new JsonScanner(value);
        var isBroken = !json.TryEnterArray();
        for (var isFirst = true; !isBroken && json.TryElement(isFirst, out var element, out isBroken); isFirst = false)
        {
            isBroken = element is not [(byte)'"', .., (byte)'"'] || !JsonStrings.TryDecode(element[1..^1], out var text) ||
                Add(names, text);
        }
        return isBroken ? Broken(ImmutableArray<string>.Empty) : names.DrainToImmutable();

        static bool Add(ImmutableArray<string>.Builder to, string text)
        {
            to.Add(text);
            return false;
        }
    }

    /// <summary>An array of objects; one that is not as it should be breaks the row.</summary>
    public ImmutableArray<T> Objects<T>(string name, Func<RowReader, T> read)
    {
        if (!TryFind(name, out var value))
            return [];
        var objects = ImmutableArray.CreateBuilder<T>();
        var json = new JsonScanner(value);
        var isBroken = !json.TryEnterArray();
        for (var isFirst = true; !isBroken && json.TryElement(isFirst, out var element, out isBroken); isFirst = false)
        {
            var row = new RowReader(element);
            objects.Add(read(row));
            isBroken = row.IsBroken;
        }
        return isBroken ? Broken(ImmutableArray<T>.Empty) : objects.DrainToImmutable();
    }

    /// <summary>
    /// The value as it is written; false if there is none, or it is null. Rows are read in the order in which they are written, so that
    /// the next member mostly is the one.
    /// </summary>
    private bool TryFind(string name, out ReadOnlySpan<byte> value)
    {
        for (var tried = 0; tried < _members.Count; tried++)
        {
            var at = _next < _members.Count ? _next : 0;
            _next = at + 1;
            var member = _members[at];
            if (member.NameLength != name.Length || !Ascii.Equals(_line.AsSpan(member.NameAt, member.NameLength), name))
                continue;
            value = _line.AsSpan(member.ValueAt, member.ValueLength);
            return !value.SequenceEqual("null"u8);
        }
        value = [];
        return false;
    }

    private T Broken<T>(T otherwise)
    {
        IsBroken = true;
        return otherwise;
    }

    /// <summary>The places of a name, without its quotes, and of its value: no text is copied for a member that nobody asks for.</summary>
    private readonly record struct Member(int NameAt, int NameLength, int ValueAt, int ValueLength);
}
