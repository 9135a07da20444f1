using System.Buffers.Binary;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Filesystem;

/// <summary>What one turn of reading made of an answer.</summary>
internal enum AnswerTurn
{
    /// <summary>Some of it has come; there may be more.</summary>
    Read,

    /// <summary>Nothing there for now.</summary>
    Idle,

    /// <summary>All of it is there.</summary>
    Whole,

    /// <summary>It ended too early, or is none.</summary>
    Broken,
}

/// <summary>
/// What a child that reads a file tells on a pipe: a byte for the kind, four for the length (little-endian), and then the file's
/// bytes, or why it could not be read. The length comes first, so that half of it, from one that was killed, is never taken for all.
/// </summary>
/// <param name="most">The longest that is taken.</param>
internal sealed unsafe class FileAnswer(int most)
{
    private const int HeadLength = 5;
    private const byte IsFile = (byte)'f';
    private const byte IsProblem = (byte)'p';

    private readonly byte[] _head = new byte[HeadLength];
    private int _length;

    /// <summary>The file's bytes or, where it is a problem, the text of that; null until the head has come.</summary>
    public byte[]? Bytes { get; private set; }

    public bool HasProblem => _head[0] == IsProblem;

    /// <summary>Waits for whoever reads. False where nobody does any more.</summary>
    public static bool Tell(int descriptor, bool isProblem, ReadOnlySpan<byte> bytes)
    {
        Span<byte> head = stackalloc byte[HeadLength];
        head[0] = isProblem ? IsProblem : IsFile;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], bytes.Length);
        return Write(descriptor, head) && Write(descriptor, bytes);
    }

    /// <summary>Takes what is there, at most once what a pipe holds.</summary>
    public AnswerTurn Take(int descriptor)
    {
        var buffer = Bytes ?? _head;
        nint count;
        fixed (byte* start = buffer)
            count = read(descriptor, start + _length, (nuint)(buffer.Length - _length));
        if (count < 0)
            return LastError.Number is Errno.EAGAIN or Errno.EINTR ? AnswerTurn.Idle : AnswerTurn.Broken;
        if (count == 0)
            return AnswerTurn.Broken;
        _length += (int)count;
        if (_length < buffer.Length)
            return AnswerTurn.Read;
        if (Bytes is not null)
            return AnswerTurn.Whole;
        var length = BinaryPrimitives.ReadInt32LittleEndian(_head.AsSpan(1));
        if (_head[0] is not (IsFile or IsProblem) || length < 0 || length > most)
            return AnswerTurn.Broken;
        (Bytes, _length) = (new byte[length], 0);
        return length == 0 ? AnswerTurn.Whole : AnswerTurn.Read;
    }

    private static bool Write(int descriptor, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            nint count;
            fixed (byte* start = bytes)
                count = write(descriptor, start, (nuint)bytes.Length);
            if (count < 0)
                return false;
            bytes = bytes[(int)count..];
        }
        return true;
    }
}
