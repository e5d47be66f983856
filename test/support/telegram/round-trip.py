"""A round trip through Debian's python-telegram-bot 13, a client that nobody here wrote.

Usage: round-trip.py ROOT CHAT_ID TOKEN OTHER_TOKEN. The first token's bot has to find one 429 in its way, at its third
document (the second is refused for its caption). Prints one line of JSON: what it saw. Fails with a traceback when anything is not as it should be.
"""

import hashlib
import io
import json
import os
import sys
import time
import warnings

warnings.filterwarnings('ignore')

from telegram import Bot  # noqa: E402
from telegram.error import BadRequest, RetryAfter, Unauthorized  # noqa: E402
from telegram.utils.request import Request  # noqa: E402


def main(root, chat_id, token, other_token):
    bot, other = (bot_at(root, each) for each in (token, other_token))
    seen = {'names': [each.get_me().username for each in (bot, other)]}

    content = os.urandom(3_000_001)
    caption = 't1 Grüße 🎬'
    sent = bot.send_document(chat_id, io.BytesIO(content), filename='blob.bin', caption=caption,
                             disable_content_type_detection=True, disable_notification=True)
    same(sent.caption, caption)
    same(sent.document.file_size, len(content))
    same(sent.sender_chat.id, int(chat_id))
    seen['first'] = sent.message_id

    same(sha256(bot.get_file(sent.document.file_id).download_as_bytearray()), sha256(content))

    expect(BadRequest, 'file_id', lambda: other.get_file(sent.document.file_id))
    forwarded = other.forward_message(chat_id, chat_id, sent.message_id)
    same(forwarded.forward_from_message_id, sent.message_id)
    same(forwarded.document.file_unique_id, sent.document.file_unique_id)
    same(sha256(other.get_file(forwarded.document.file_id).download_as_bytearray()), sha256(content))
    seen['forwarded'] = forwarded.message_id
    same(other.delete_message(chat_id, forwarded.message_id), True)
    expect(BadRequest, 'Message to delete not found', lambda: other.delete_message(chat_id, forwarded.message_id))

    same(bot.pin_chat_message(chat_id, sent.message_id), True)
    pinned = other.get_chat(chat_id).pinned_message
    same((pinned.message_id, pinned.caption), (sent.message_id, caption))
    same(sha256(other.get_file(pinned.document.file_id).download_as_bytearray()), sha256(content))
    same(other.get_chat_member(chat_id, bot.id).can_post_messages, True)

    same(bot.edit_message_caption(chat_id, sent.message_id, caption='t1 gone').caption, 't1 gone')
    expect(BadRequest, 'Message is not modified', lambda: bot.edit_message_caption(chat_id, sent.message_id, caption='t1 gone'))
    expect(BadRequest, 'Message caption is too long', lambda: bot.send_document(chat_id, io.BytesIO(b'x'), caption='x' * 1025))

    copied = bot.copy_message(chat_id, chat_id, sent.message_id).message_id
    seen['copied'] = copied
    same(bot.send_message(chat_id, 'a probe').text, 'a probe')

    seen['waitedSec'] = send_obeying(bot, chat_id)
    expect(Unauthorized, 'Unauthorized', lambda: bot_at(root, token[:-1] + '_').get_me())
    print(json.dumps(seen))


def bot_at(root, token):
    return Bot(token, base_url=root + '/bot', base_file_url=root + '/file/bot', request=Request(con_pool_size=2))


def send_obeying(bot, chat_id):
    try:
        bot.send_document(chat_id, io.BytesIO(b'last'), filename='last.bin')
    except RetryAfter as limit:
        time.sleep(limit.retry_after)
        bot.send_document(chat_id, io.BytesIO(b'last'), filename='last.bin')
        return limit.retry_after
    raise AssertionError('no 429 came')


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def same(seen, expected):
    if seen != expected:
        raise AssertionError(f'{seen!r} is not {expected!r}')


def expect(kind, words, call):
    try:
        call()
    except kind as error:
        if words not in str(error):
            raise AssertionError(f'{error} does not say "{words}"') from error
        return
    raise AssertionError(f'no {kind.__name__} came')


main(*sys.argv[1:])
