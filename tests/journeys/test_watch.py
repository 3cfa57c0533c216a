"""What watches the browser notices: each is shown a page that was spoiled on purpose."""

from __future__ import annotations

import pytest

from tests.support.browser import NARROW, Keyboard, axe_faults, overflow

pytestmark = pytest.mark.browser


def test_a_violation_of_the_security_policy_is_heard(browse, watch):
    page = browse("/")
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.evaluate("document.body.append(document.createElement('script'))")
    page.evaluate("document.querySelector('body > script').textContent = 'window.x = 1'")
    page.wait_for_timeout(100)
    assert sum("Content Security Policy" in fault for fault in watch.faults) == 2
    assert page.evaluate("window.x") is None
    watch.faults.clear()


def test_an_error_in_a_script_is_heard(browse, watch):
    page = browse("/")
    page.evaluate("setTimeout(() => nobody.there, 0)")
    page.wait_for_timeout(100)
    assert any("nobody is not defined" in fault for fault in watch.faults)
    watch.faults.clear()


def test_a_missing_file_is_heard(browse, watch):
    page = browse("/")
    page.evaluate("document.querySelector('img, link').src = ''; new Image().src = '/static/x.png'")
    page.wait_for_timeout(300)
    assert any("404" in fault and "x.png" in fault for fault in watch.faults)
    watch.faults.clear()


def test_axe_finds_a_field_without_a_label(browse):
    page = browse("/")
    page.evaluate("document.querySelector('label[for=q]').remove()")
    assert any(" label " in fault for fault in axe_faults(page))


def test_what_sticks_out_is_found(browse):
    page = browse("/", viewport=NARROW)
    assert overflow(page) == []
    page.evaluate("document.querySelector('h1').style.width = '400px'")
    assert any(what.startswith("H1") for what in overflow(page))


def test_a_focus_that_cannot_be_seen_is_found(browse):
    page = browse("/")
    keys = Keyboard(page)
    keys.tab_to("q |")
    assert keys.focus_is_visible()
    page.evaluate(
        """const e = document.activeElement;
           e.style.outline = 'none'; e.style.boxShadow = 'none'"""
    )
    assert not keys.focus_is_visible()
