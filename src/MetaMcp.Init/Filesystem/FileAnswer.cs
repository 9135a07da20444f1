using System.Buffers.Binary;
using MetaMcp.Init.Core.Values;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Filesystem;

/// <summary>The result of one turn of reading an answer.</summary>
internal enum AnswerTurn
{
    /// <summary>A part of it has come; there may be more.</summary>
    Read,

    /// <summary>No bytes for now.</summary>
    Idle,

    /// <summary>The answer is complete.</summary>
    Whole,

    /// <summary>The answer ended too early, or is not valid.</summary>
    Broken,
}

/// <summary>
/// The answer of a child that reads a file, on a pipe: one byte for the kind, four for the length (little-endian), and then the
/// file's bytes, or the reason why it could not be read. The length comes first, so that a part of an answer, from a child that was
/// killed, is never taken for the whole.
/// </summary>
/// <param name="most">The greatest length that is accepted.</param>
internal sealed unsafe class FileAnswer(int most)
{
    private const int HeadLength = 5;
    private const byte IsFile = (byte)'f';
    private const byte IsProblem = (byte)'p';

    private readonly byte[] _head = new byte[HeadLength];
    private int _length;

    /// <summary>The file's bytes or, for a problem, its text; null until the head has come.</summary>
    public byte[]? Bytes { get; private set; }

    public bool HasProblem => _head[0] == IsProblem;

    /// <summary>Writes an answer, and waits for the reader. False if there is no reader any more.</summary>
    public static bool Tell(int descriptor, bool isProblem, ReadOnlySpan<byte> bytes)
    {
        Span<byte> head = stackalloc byte[HeadLength];
        head[0] = isProblem ? IsProblem : IsFile;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], bytes.Length);
        return Write(descriptor, head) && Write(descriptor, bytes);
    }

    /// <summary>Takes the bytes that are there, at most as many as a pipe holds.</summary>
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
